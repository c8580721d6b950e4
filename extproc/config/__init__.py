"""Files that operators write, turned into values, with every fault named by file, line and column."""
