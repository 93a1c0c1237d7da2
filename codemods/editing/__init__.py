"""Editing: how changes to a file are described, and applied so that every other byte stays."""
