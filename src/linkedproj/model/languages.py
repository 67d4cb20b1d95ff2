"""The languages of messages and labels, in a place that loads nothing."""

LANGUAGES = ("en", "ca", "es")
"""The first one is written where a text has no other."""
