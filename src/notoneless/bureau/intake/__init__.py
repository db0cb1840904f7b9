"""Lists handed in: read in the background, shown with what they would change, taken in or not.

A file is kept sealed under its content hash; reading it is the reader's (`notoneless.rosters`), whose row
is whose the matcher's (`notoneless.identity`), exactly as in a check of a folder. What they leave in doubt
is decided by a person, once.
"""
