"""Exams on flow logs: made for a class from one secret, sat in a notebook, graded from what was recorded.

Nothing handed out holds the secret, a seed or a right answer; nothing handed in is executed.
"""
