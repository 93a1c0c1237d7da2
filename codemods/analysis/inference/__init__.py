"""What an expression may be, and where that was made."""
