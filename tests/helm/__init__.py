"""The chart, rendered by Helm as a library: no cluster, no `helm`."""
