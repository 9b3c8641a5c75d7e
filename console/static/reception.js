/* Enter begins a new line, Ctrl and Enter send: nobody sends by accident. Without this file the buttons do it. */
(function () {
  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.target.id !== 'words') { return; }
    var buttons = document.querySelectorAll('#composer .send-reply, #composer .send-note');
    for (var place = 0; place < buttons.length; place += 1) {
      if (buttons[place].offsetParent !== null) { event.preventDefault(); buttons[place].click(); return; }
    }
  });
})();
