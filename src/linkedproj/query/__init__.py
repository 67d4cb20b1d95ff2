"""Saved queries: read them, bind their parameters, run them on two engines, write what they answer."""
