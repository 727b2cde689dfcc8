# Chairtime over HTTP, for a container whose root file system is read-only: all state lies on the volume.
# Its steps are run as plain commands, and this file is linted, by `make packages`.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.runtime.lock requirements.build.lock ./
RUN python -m venv /opt/chairtime \
  && /opt/chairtime/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements.runtime.lock
RUN python -m venv builder \
  && builder/bin/python -m pip install --quiet --require-hashes --no-deps -r requirements.build.lock
COPY pyproject.toml README.md LICENSE ./
COPY server server
COPY store store
COPY sandbox sandbox
RUN builder/bin/python -m hatchling build -t wheel -d wheels \
  && /opt/chairtime/bin/python -m pip install --quiet --no-deps --no-index wheels/*.whl \
  && /opt/chairtime/bin/python -m pip uninstall --quiet --yes setuptools pip \
  && mkdir state

FROM python:3.11-slim-bookworm
COPY --from=build /opt/chairtime /opt/chairtime
COPY --from=build --chown=10001:10001 /build/state /var/lib/chairtime
ENV PATH=/opt/chairtime/bin:/usr/local/bin:/usr/bin:/bin \
  HOME=/var/lib/chairtime \
  USER=chairtime \
  PYTHONDONTWRITEBYTECODE=1 \
  CHAIRTIME_DATABASE_URL=sqlite:////var/lib/chairtime/chairtime.sqlite3
VOLUME /var/lib/chairtime
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["chairtime"]
CMD ["serve", "--transport", "http", "--host", "0.0.0.0", "--port", "8000"]
