/* One connection per tab says *that* something changed; htmx fetches what. When it fails, the page asks by itself.
   ES5 on purpose: some phones here are ten years old. Nothing works worse without this file, only later. */
(function () {
  var address = document.body.getAttribute('data-live');
  if (!address) { return; }
  var title = document.title, fails = 0, timer = null, audio = null;
  var offline = document.getElementById('offline'), say = document.getElementById('say');

  function fetchNews() { if (window.htmx) { window.htmx.trigger(document.body, 'news'); } }
  function ask(every) { clearInterval(timer); timer = every ? setInterval(fetchNews, every) : null; }

  function badge() {
    var line = document.querySelector('[data-waiting]');
    if (!line) { return; }
    var count = Number(line.getAttribute('data-waiting')), urgent = line.getAttribute('data-urgent') === '1';
    document.title = (urgent ? '【急】' : '') + (count > 0 ? '(' + count + ') ' : '') + title;
  }
  /* Two tones below 900 Hz: high ones are the first an old ear loses. */
  function ring() {
    if (!audio) { return; }
    [660, 520].forEach(function (pitch, place) {
      var tone = audio.createOscillator(), gain = audio.createGain(), start = audio.currentTime + place * 0.6;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.25, start);
      gain.gain.exponentialRampToValueAtTime(0.001, start + 0.55);
      tone.connect(gain); gain.connect(audio.destination);
      tone.start(start); tone.stop(start + 0.6);
    });
  }
  function unlock() {
    var Sound = window.AudioContext || window.webkitAudioContext;
    if (!audio && Sound) { audio = new Sound(); }
    document.removeEventListener('click', unlock);
  }
  function listen() {
    if (!window.EventSource) { ask(5000); return; }
    var source = new EventSource(address);
    source.onopen = function () { fails = 0; offline.hidden = true; ask(0); };
    source.onmessage = function (event) {
      var news = JSON.parse(event.data);
      if (news.ring) { ring(); say.textContent = '有新的话'; }
      fetchNews();
    };
    source.addEventListener('over', function () { source.close(); window.location.reload(); });
    source.onerror = function () {
      fails += 1;
      ask(5000);
      if (fails > 2) { offline.hidden = navigator.onLine !== false; }
      if (source.readyState === 2) { setTimeout(listen, 15000); }
    };
  }
  document.addEventListener('click', unlock);
  document.addEventListener('visibilitychange', function () { if (!document.hidden) { fetchNews(); } });
  document.body.addEventListener('htmx:afterSettle', badge);
  document.body.addEventListener('htmx:sendError', function () { offline.hidden = false; });
  document.body.addEventListener('htmx:afterOnLoad', function () { offline.hidden = true; });
  badge();
  listen();
})();
