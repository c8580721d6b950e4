"""The gRPC edge: protobuf in and out, nothing decided."""
