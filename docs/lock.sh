#!/bin/sh
# Write requirements.lock (everything, tests too) and one lock per image, held to the same versions.
# No line names a registry: each installs from whatever its machine is set up to use.
set -eu
uv=${UV:-uv}
compile() { "$uv" pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
  --no-emit-package mathematricks --no-emit-package mathematricks-cli --no-emit-package signal-ingestion \
  --no-emit-package cerebro --no-emit-package execution --no-emit-package account-data \
  --no-emit-package dashboard-processor --no-emit-package frontend-api --no-emit-package alerting "$@"; }
compile pyproject.toml --group dev --output-file requirements.lock
for service in services/*; do
  compile "$service/pyproject.toml" --constraint requirements.lock --output-file "$service/requirements.lock"
done
