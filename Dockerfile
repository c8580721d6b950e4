# The image of the sidecar: one interpreter, one package, the libraries that they load, and no shell.
# How it is built, pinned, described (SBOM, provenance) and built again byte for byte: docs/operations.md.

# A tag can move; a digest cannot: --build-arg BASE_DIGEST=@sha256:… with what the registry says of this tag.
ARG BASE_DIGEST=""

FROM docker.io/library/python:3.11-slim-bookworm${BASE_DIGEST} AS build
# Of every file and of the wheel. buildx hands on the variable of its caller.
ARG SOURCE_DATE_EPOCH=315532800
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} \
    PYTHONHASHSEED=0 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/build.txt requirements/image.txt requirements/
# Hashes are checked, and nothing from outside is run: wheels only. The environment has no pip of its own.
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/mcp-extproc \
 && python -m pip install --require-hashes --only-binary :all: --no-compile --requirement requirements/build.txt \
 && python -m pip --python /opt/mcp-extproc/bin/python install --require-hashes --only-binary :all: --no-compile \
    --requirement requirements/image.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY extproc extproc
RUN python -m pip wheel --no-deps --no-build-isolation --no-index --wheel-dir dist . \
 && python -m pip --python /opt/mcp-extproc/bin/python install --no-deps --no-index --no-compile dist/*.whl
COPY image/assemble.py image/
# The shipped detectors are compiled here, which takes some twenty seconds that no start has to spend.
RUN /opt/mcp-extproc/bin/extproc policy show protection > protection.yaml \
 && XDG_CACHE_HOME=/assembled/root/var/cache /opt/mcp-extproc/bin/extproc check protection.yaml \
 && python image/assemble.py --environment /opt/mcp-extproc --root /assembled/root \
 && mkdir /assembled/empty

FROM build AS demo-build
COPY requirements/demo.txt requirements/
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m pip --python /opt/mcp-extproc/bin/python install --require-hashes --only-binary :all: --no-compile \
    --requirement requirements/demo.txt \
 && python image/assemble.py --environment /opt/mcp-extproc --root /assembled/demo

# The demo MCP server, for compose/ alone: --target demo.
FROM scratch AS demo
COPY --from=demo-build /assembled/demo /
ENV PATH=/opt/mcp-extproc/bin \
    PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
ENTRYPOINT ["/opt/mcp-extproc/bin/python", "-m", "extproc.demo.server"]
CMD ["--port", "9000"]

FROM scratch AS sidecar
ARG VERSION=""
ARG REVISION=""
LABEL org.opencontainers.image.title="mcp-extproc" \
      org.opencontainers.image.description="Envoy external-processing sidecar for Model Context Protocol traffic" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11-slim-bookworm" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /assembled/root /
# Where the socket and the state file go when nothing is mounted there; new volumes of Docker take on the owner.
COPY --from=build --chown=65532:65532 /assembled/empty /run/mcp-extproc
COPY --from=build --chown=65532:65532 /assembled/empty /var/lib/mcp-extproc
ENV PATH=/opt/mcp-extproc/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/var/cache
USER 65532:65532
WORKDIR /
EXPOSE 9464 9465
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/opt/mcp-extproc/bin/extproc", "health", "unix:/run/mcp-extproc/0.sock"]
ENTRYPOINT ["/opt/mcp-extproc/bin/extproc"]
CMD ["serve", "--config", "/etc/mcp-extproc/extproc.yaml"]
