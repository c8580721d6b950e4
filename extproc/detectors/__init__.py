"""The shipped detectors: data files, one family of formats each."""
