"""Files: which there are, how they are read without losing a byte, and how they are written whole or not at all."""
