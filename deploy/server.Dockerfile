# The centre: ingest, verdicts, console. Build from the checkout's root: docker build -f deploy/server.Dockerfile .
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/lamplighter
COPY requirements/server.txt /build/requirements.txt
RUN /opt/lamplighter/bin/pip install --require-hashes --only-binary :all: -r /build/requirements.txt
COPY . /build/source
RUN /opt/lamplighter/bin/pip install --no-deps /build/source \
    && /opt/lamplighter/bin/python -m compileall -q /opt/lamplighter/lib \
    && /opt/lamplighter/bin/pip uninstall --yes pip setuptools

FROM python:3.11.14-slim-bookworm
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin lamplighter \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/lamplighter
COPY --from=build /opt/lamplighter /opt/lamplighter
ENV PATH=/opt/lamplighter/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/lamplighter
VOLUME /var/lib/lamplighter
ENTRYPOINT ["lamplighter"]
CMD ["--help"]
