# syntax=docker/dockerfile:1
# Two stages: the first builds the wheel with its page, the second holds nothing but what runs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /source
# The wheel brings its own Node, through the build requirements; no compiler is needed.
COPY pyproject.toml constraints.txt README.md CHANGELOG.md ./
COPY backend backend
COPY frontend frontend
RUN --mount=type=cache,target=/root/.cache/pip \
    pip wheel --no-deps --wheel-dir /wheels .

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 \
    HF_HUB_DISABLE_TELEMETRY=1 \
    STRATASCOPE_HOST=0.0.0.0 \
    STRATASCOPE_DATA=/data \
    STRATASCOPE_MODELS=/models
WORKDIR /app
COPY constraints.txt ./
# torch comes with CUDA by default; an index of CPU builds, given as a build argument, makes a much smaller image.
ARG PIP_EXTRA_INDEX_URL
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --constraint constraints.txt /wheels/*.whl \
    && useradd --create-home --uid 10001 stratascope \
    && install --directory --owner 10001 /data /models
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/api/v1/health/live', timeout=2)"]
# Inside the container every address is "beyond loopback": the port is published on the host's loopback by compose.
ENTRYPOINT ["stratascope", "serve"]
CMD ["--insecure-no-auth"]
