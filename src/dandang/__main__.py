"""`python -m dandang`."""

from dandang.cli import main

raise SystemExit(main())
