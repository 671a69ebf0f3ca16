"""Reasons in words: one table of kinds, and how the figures of each read."""

from suite.report.reasons.template import shift_words
from suite.report.reasons.wording import all_words, error_words, verdict_words, words

__all__ = ["all_words", "error_words", "shift_words", "verdict_words", "words"]
