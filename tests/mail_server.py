"""A mail server on this machine that keeps what it gets (RFC 5321, as little of it as is needed)."""

import email
import email.policy
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from threading import Thread


class MailServer:
    """Refuses recipients and says goodbye as it is told."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.refuses: dict[str, int] = {}
        self.goodbye = 221
        self.port = 0


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """It listens until the context ends."""
    server = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say(220)
            for raw in self.rfile:
                line = raw.decode().strip()
                command = line[:4].upper()
                if command == "RCPT":
                    self._say(next((code for address, code in server.refuses.items() if address in line), 250))
                elif command == "DATA":
                    self._say(354)
                    self._keep()
                elif command == "QUIT":
                    self._say(server.goodbye)
                    return
                else:
                    self._say(250)

        def _keep(self) -> None:
            body = b""
            for raw in self.rfile:
                if raw == b".\r\n":
                    break
                body += raw
            server.got.append(email.message_from_bytes(body, policy=email.policy.default))
            self._say(250)

        def _say(self, code: int) -> None:
            self.wfile.write(f"{code} said\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as listening:
        server.port = listening.server_address[1]
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
