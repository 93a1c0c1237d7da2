"""All files: which matter, and what imports what."""
