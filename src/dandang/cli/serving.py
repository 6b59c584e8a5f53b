"""`serve`. Returns the exit status."""

from __future__ import annotations

from argparse import Namespace


def serve(options: Namespace) -> int:
    """`dandang serve`. The web framework is loaded by name: no other command pays for it."""
    import importlib

    web = importlib.import_module("dandang.web")
    web.serve(
        options.host,
        options.port,
        open_browser=options.open,
        data=options.data,
        lang=options.lang,
        scratch=options.scratch,
        rate=options.rate,
        trusted_proxies=tuple(options.trust_proxy),
        public_metrics=options.metrics,
        access_log_to=options.access_log,
        watch=options.watch,
        store=options.store,
        token_file=options.update_token_file,
        services=tuple(options.allow_service),
    )
    return 0
