"""Our pages in a real browser: the system's chromium, driven by Playwright, which downloads none."""
