"""What runs in a cluster beside the sidecars: the injector, and the collector of policies."""
