"""The live channel: the WebSocket route over which a player gets a run's frames and steers it.

Frames are pulled: the player says that it is ready, and gets the newest frame once there is one that it does not have.
Nothing queues for a slow browser, and only its owner's "ready" makes a run train.

**Up**, JSON texts of at most `MESSAGE_BYTES`. The first, within `HELLO_SECONDS`:

    {"do": "hello", "version": 1, "hidden": false,
     "runs": [{"run": KEY, "token": TOKEN or null, "scene": ID or null, "rows": 0, "frame": 0}]}

One entry a lane, `MOST_LANES` at most. Who has the token may steer; who has none only looks. `scene`, `rows` and `frame`
are what the player has already: the id of its scene, the iterations its curves cover, the highest number of a frame.
Then, each with "lane" where it is not 0:

    {"do": "ready"}                        the frame before is drawn
    {"do": "hidden", "hidden": true}       nobody sees the page now: a frame in some seconds is enough
    {"do": "play"}, "pause", "step"        steer
    {"do": "reset"}, "undo"                another run: at iteration 0, the one before
    {"do": "speed", "speed": "slow"}       one of `dann_core.live.pace.SPEEDS`
    {"do": "reconnect"}                    after a failure: reach the engine again and go on
    {"do": "frames", "first": 3, "last": 9}
                                           kept frames by their numbers, a few at a time
    {"do": "dismiss", "notice": 4}         a person has read the notice of that id

**Down**, texts are JSON:

    {"is": "state", "lane": 0, "scene": ID, "state": S, "iteration": 120, "max_iter": 1000, "left": 12.5 or null,
     "speed": "normal", "owner": true, "undo": false, "late": false, "device": "cpu", "page": 3,
     "knobs": {...}, "title": "...", "link": {"domain": "moons", "gamma": "5.0", "run": KEY} or null,
     "failure": null or {"rule": R, "facts": {...}}, "notice": null or {"id": 4, "level": "info", "rule": R, "facts": {}}}

`state` is "building" (no frame yet), "paused", "playing", "finished", "waiting" (for a worker, longer than usual) or
"failed". `page` rises whenever something that Streamlit draws has changed other than by its own scripts: the player then
has it drawn anew. `link` is what the address bar should hold; null for who only looks. `knobs` are `frame.KNOBS`.

    {"is": "frames", "lane": 0, "first": 3, "last": 9}   all that is kept of that request has been sent
    {"is": "refused", "rule": R, "facts": {...}}         and the socket is closed: see `REFUSALS`

and binaries are a lane (u1), three zeros, a number (u4, little-endian) and a message of `dann_core.live.message`: a scene
(number 0; everything of the scene before is gone), a frame with its number, or rows (number 0), which come before a frame
whenever that frame's own rows do not follow on those sent before.
"""
