"""`chairtime`, of which nothing is changed but the clock: it is the practice's, which a call moves on."""

import server.app
from calls.moments import ServerClock
from server.__main__ import main

if __name__ == "__main__":
    server.app.SystemClock = ServerClock
    main()
