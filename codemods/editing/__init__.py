"""Editing: how changes to a file are asked for, and carried out so that every byte outside of them stays."""
