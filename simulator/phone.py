"""A phone in a test or on the page: what a person can do, and what he sees (platform.md 12.1)."""

import hashlib

from simulator import push
from simulator.bubbles import said_on_tap
from simulator.listener import Listener
from simulator.markup import Fields, Value
from simulator.people import Bubble, Link
from simulator.samples import SAMPLE_PHOTO, silence
from simulator.state import Json, Scene, fresh_id


class Phone(Listener):
    """One person's phone. `says` and its kin deliver on the caller's thread and return the new bubbles."""

    # --- following ---

    def follow(self, scene: str | None = None) -> list[Bubble]:
        """Follow the account, from the search page or by a scene code."""
        now = self._world.now()
        with self._world.news:
            self.person.follows, self.person.since = True, now
            self.person.came_by = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
            self.person.scene = scene or ""
            self.person.acted(now)
        own: Fields = [("EventKey", "")]
        if scene:
            own = push.scene_key(scene, self._ticket(scene), new_follower=True)
        return self._event("subscribe", own)

    def unfollow(self) -> None:
        """Stop following; nothing is shown, whatever the account answers."""
        with self._world.news:
            self.person.leave()
        self._event("unsubscribe", [("EventKey", "")])

    def starts_over(self) -> None:
        """Unfollow and empty the chat, as a new phone would be."""
        if self.person.follows:
            self.unfollow()
        with self._world.news:
            self.person.bubbles.clear()
            self._mark = 0
            self._heard.clear()

    def scans(self, scene: str) -> list[Bubble]:
        """Scan a scene code: SCAN for a follower, following for anybody else."""
        if not self.person.follows:
            return self.follow(scene)
        with self._world.news:
            self.person.acted(self._world.now())
        return self._event("SCAN", push.scene_key(scene, self._ticket(scene), new_follower=False))

    def _ticket(self, scene: str) -> str:
        known = [each for each in self._world.state.scenes.values() if each.scene == scene]
        alive = [each for each in known if each.dies is None or self._world.now() < each.dies]
        if known and not alive:
            raise ValueError(f"the code of scene {scene!r} has expired")
        if not alive:
            alive = [Scene(fresh_id(96), scene, None)]
            self._world.state.scenes[alive[0].ticket] = alive[0]
        return alive[-1].ticket

    # --- messages ---

    def says(self, *words: str) -> list[Bubble]:
        """Type one text, or several in turn; returns everything that came back."""
        return [bubble for each in words for bubble in self._message("text", push.text(each), each)]

    def sends_photo(self, data: bytes = SAMPLE_PHOTO, name: str = "photo.jpg") -> list[Bubble]:
        media_id = self._stored("image", data, name, "image/jpeg")
        own = push.image(media_id, f"{self._world.base_url}/mmbiz_jpg/{media_id}/0")
        return self._message("image", own, "[图片]", media_id)

    def sends_voice(self, data: bytes | None = None, recognition: str | None = None, seconds: int = 3) -> list[Bubble]:
        """`recognition` is what the platform heard: None sends no element, an empty text an empty one."""
        media_id = self._stored("voice", data or silence(seconds), "voice.amr", "audio/amr")
        shown = f"[语音 {seconds}″]" + (f" {recognition}" if recognition else "")
        return self._message("voice", push.voice(media_id, recognition), shown, media_id)

    def sends_video(self, data: bytes, *, short: bool = False) -> list[Bubble]:
        media_id = self._stored("video", data, "video.mp4", "video/mp4")
        thumb = self._stored("thumb", SAMPLE_PHOTO, "thumb.jpg", "image/jpeg")
        return self._message("shortvideo" if short else "video", push.video(media_id, thumb), "[视频]", media_id)

    def sends_place(self, latitude: float, longitude: float, label: str) -> list[Bubble]:
        """A position in GCJ-02 degrees with its address."""
        return self._message("location", push.place(latitude, longitude, label), f"[位置] {label}")

    def sends_link(self, title: str, description: str, url: str) -> list[Bubble]:
        return self._message("link", push.link(title, description, url), f"[链接] {title}")

    def sends_file(self, title: str, data: bytes = b"%PDF-1.4") -> list[Bubble]:
        """A document; the account can never fetch what is in it."""
        digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return self._message("file", push.file(title, len(data), digest), f"[文件] {title}")

    def sends_mini_program(self, title: str, app_id: str, path: str) -> list[Bubble]:
        own = push.mini_program_page(title, app_id, path, self._stored("thumb", SAMPLE_PHOTO, "t.jpg", "image/jpeg"))
        return self._message("miniprogrampage", own, f"[小程序] {title}")

    def pushes(self, xml_fields: dict[str, Value]) -> list[Bubble]:
        """Any elements at all, such as a message type nobody foresaw; common ones are filled in."""
        item = self._world.pushes.raw(self.openid, list(xml_fields.items()))
        return self._deliver(item, item.label)

    def happens(self, event: str, own: Fields | None = None) -> list[Bubble]:
        """Any event of platform.md 3.3; the builders of `simulator.push` make the elements."""
        return self._event(event, own or [])

    # --- consent to notices ---

    def consents(self, *answers: tuple[str, str], scene: int = 1) -> list[Bubble]:
        """Answer the consent pop-up, one (template id, status) for each template; `accept…` is a yes."""
        with self._world.news:
            for template_id, status in answers:
                if status.startswith("accept"):
                    self._agree(template_id)
        return self._event("subscribe_msg_popup_event", push.consent("SubscribeMsgPopupEvent", list(answers), scene))

    def _agree(self, template_id: str) -> None:
        template = self._world.state.templates.get(template_id)
        if template is not None and template.consent == 3:
            self.person.long_consents.add(template_id)
        else:
            self.person.consents[template_id] = self.person.consents.get(template_id, 0) + 1

    def withdraws_consent(self, template_id: str) -> list[Bubble]:
        """Switch the notices of one template off in the settings."""
        with self._world.news:
            self.person.consents.pop(template_id, None)
            self.person.long_consents.discard(template_id)
        own = push.consent("SubscribeMsgChangeEvent", [(template_id, "reject")])
        return self._event("subscribe_msg_change_event", own)

    # --- taps ---

    def taps_menu(self, label: str) -> list[Bubble]:
        """Tap a menu entry by its name or its key."""
        button = self._button(label)
        kind, key = str(button["type"]), str(button.get("key", button.get("url", button.get("pagepath", ""))))
        if kind in ("click", "scancode_push", "scancode_waitmsg"):
            with self._world.news:
                self.person.acted(self._world.now())
        name = {"click": "CLICK", "view": "VIEW", "miniprogram": "view_miniprogram"}.get(kind, kind)
        return self._event(name, self._menu_fields(kind, key), str(button["name"]))

    def _menu_fields(self, kind: str, key: str) -> Fields:
        if kind.startswith("scancode"):
            return push.scan_result(key, "https://example.com/code")
        if kind.startswith("pic_"):
            return push.chosen_pictures(key, [hashlib.md5(SAMPLE_PHOTO, usedforsecurity=False).hexdigest()])
        if kind == "location_select":
            return push.chosen_place(key, 26.6470, 106.6302, "观山湖区")
        return push.menu_key(key, "" if kind == "click" else str(self._world.state.number()))

    def _button(self, label: str) -> Json:
        tops: list[Json] = self._world.menu["button"]
        leaves: list[Json] = [leaf for top in tops for leaf in (top.get("sub_button") or [top])]
        for leaf in leaves:
            if label in (leaf["name"], leaf.get("key")):
                return leaf
        raise AssertionError(f"no menu entry {label!r} among {[leaf['name'] for leaf in leaves]}")

    def taps_link(self, label: str) -> list[Bubble]:
        """Tap a link or a menu option: by its label, its number, the first word of its label, or its menu id."""
        return self.taps(self.link(label))

    def taps(self, link: Link) -> list[Bubble]:
        """Tap exactly this link."""
        if link.kind != "tap":
            raise AssertionError(f"{link.label!r} opens a page ({link.href}); it sends nothing")
        if self._world.faults.dead_tap_links and link.href:
            raise AssertionError(f"this phone shows {link.label!r} as dead text")
        words = said_on_tap(link, keeps_percent=self._world.faults.phone_keeps_percent)
        return self._message("text", push.text(words, link.menu_id), words)

    def _stored(self, kind: str, data: bytes, name: str, form: str) -> str:
        with self._world.news:
            return self._world.state.media.put(kind, data, self._world.now(), name=name, form=form).media_id
