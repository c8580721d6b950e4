"""Data of the package: see the files beside this one."""
