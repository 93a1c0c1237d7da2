"""Every use of a legacy value."""
