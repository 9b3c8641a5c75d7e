"""`python -m simulator`: the platform and the phone page on this machine."""

import argparse
import sys
import threading

from simulator.platform import Platform
from simulator.world import MODES


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="微信公众平台模拟器，仅本地演示。")
    parser.add_argument("--host", default="127.0.0.1", help="loopback addresses only")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--webhook", default="http://127.0.0.1:8000/channels/wechat_oa")
    parser.add_argument("--app-id", required=True)
    parser.add_argument("--app-secret", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--aes-key", required=True)
    parser.add_argument("--original-id", required=True)
    parser.add_argument("--mode", choices=MODES, default="safe")
    parser.add_argument("--tries", type=int, choices=(3, 4), default=3)
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    try:
        platform = Platform(
            app_id=asked.app_id, app_secret=asked.app_secret, token=asked.token, aes_key=asked.aes_key,
            original_id=asked.original_id, mode=asked.mode, webhook=asked.webhook, tries=asked.tries,
        )  # fmt: skip
        with platform.serve(asked.port, asked.host) as address:
            sys.stdout.write(f"微信模拟器：{address}/  （推送到 {asked.webhook}，Ctrl+C 结束）\n")
            sys.stdout.flush()
            threading.Event().wait()
    except ValueError as trouble:
        sys.exit(f"模拟器没有启动：{trouble}")
    except KeyboardInterrupt:
        sys.stdout.write("\n模拟器已停。\n")


if __name__ == "__main__":
    main()
