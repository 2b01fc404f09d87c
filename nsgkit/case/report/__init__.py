"""The report of a case: one page that needs nothing from elsewhere, made of the case's own files alone.

The same case gives the same bytes on every machine. So nothing in it says when, where or under which name of
a folder it was made.
"""
