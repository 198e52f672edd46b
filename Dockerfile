# One image for web, workers and clock; docker-compose.yml says which command each runs.
FROM python:3.11-slim

# bubblewrap: untrusted media is decoded behind it, and production refuses to go without.
RUN apt-get update \
    && apt-get install -y --no-install-recommends bubblewrap \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 KULESHOV_PRODUCTION=1 KULESHOV_VAR=/data
WORKDIR /app

# A CPU build of torch comes from an index of its own: name it with --build-arg, as for pip.
ARG PIP_EXTRA_INDEX_URL=""
COPY requirements.txt .
RUN pip install --no-cache-dir "$(grep '^torch==' requirements.txt)" \
    && pip install --no-cache-dir -r requirements.txt

COPY manage.py pyproject.toml ./
COPY catalog catalog
COPY pipelines pipelines
COPY mlcore mlcore
COPY templates templates

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin kuleshov \
    && install -d -o kuleshov -g kuleshov /data /data/media /data/uploads /data/weights /data/static
USER kuleshov

EXPOSE 8000
CMD ["python", "-m", "gunicorn", "catalog.wsgi", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "8", \
     "--timeout", "120", "--graceful-timeout", "5", "--no-control-socket"]
