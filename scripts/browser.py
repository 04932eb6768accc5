"""The browser of the journeys: Chromium from the machine, else from its distribution when we may, else a clear word."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")


def find() -> str | None:
    """The path of the browser, or None. GUANXI_CHROMIUM names another one."""
    named = os.environ.get("GUANXI_CHROMIUM", "").strip()
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def launch_arguments() -> list[str]:
    """What Chromium wants to hear here: as root, and in containers with a small /dev/shm."""
    return ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def main() -> int:
    if find() and chinese_font():
        return 0
    if shutil.which("apt-get") and (prefix := rights()) is not None:
        print("Installing Chromium and a Chinese font ...", file=sys.stderr, flush=True)
        quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
        subprocess.run([*prefix, "apt-get", "update", "-q"], check=False, **quiet)  # type: ignore[call-overload]
        install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES]
        subprocess.run([*prefix, *install], check=False, **quiet)  # type: ignore[call-overload]
    if not find():
        wanted = " ".join(PACKAGES)
        print(f"guanxi: Chromium is missing and may not be installed from here: apt install {wanted}", file=sys.stderr)
        return 1
    return 0


def rights() -> list[str] | None:
    """What to put before apt-get, or None when we may not install."""
    if os.geteuid() == 0:
        return []
    allowed = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    return ["sudo", "-n"] if allowed else None


def chinese_font() -> bool:
    """Without one the pictures show boxes."""
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
