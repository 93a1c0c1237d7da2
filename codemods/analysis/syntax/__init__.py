"""One file: scopes, functions, classes, and which definition reaches which use."""
