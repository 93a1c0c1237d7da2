"""Planning: what belongs together, what of it migrates, and what stays and why. Nothing is decided by file."""
