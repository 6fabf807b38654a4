#!/bin/sh
# Chromium for the browser tests: Debian's package where apt is there, Playwright's own elsewhere.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if command -v apt-get >/dev/null 2>&1; then
    sudo=""
    [ "$(id -u)" -eq 0 ] || sudo="sudo"
    $sudo apt-get update -q
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        chromium fonts-noto-core fonts-dejavu-core
else
    "${PYTHON:-python3}" -m playwright install chromium
fi
