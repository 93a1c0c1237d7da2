"""Analysis of the code: what each expression may be, across files, and where legacy values are made, passed on and used.

Knows `ast` and the spellings of the legacy API; nothing of v2, of facts or of what is to become of a use.
"""
