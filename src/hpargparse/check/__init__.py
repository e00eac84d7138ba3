"""The check: facts of sources to findings to a report. Owns nothing; its modules are the rooms."""
