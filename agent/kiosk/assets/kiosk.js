/*
 * What a page does beside being read: follows the content, says that it is drawn, returns to the first page when nobody is there, keeps
 * the clock. All of it is a comfort: every page and form works without.
 */
(() => {
  const BEAT_MS = 2000;
  const WARN_MS = 20_000;
  const body = document.body;
  const { build, home, start, idleMs } = body.dataset;
  const byId = (id) => document.getElementById(id);
  const announce = byId('announce');
  let goodUntil = performance.now() + Number(byId('live').dataset.goodFor);

  // Content: the page is fetched again, and what is new takes the place of what stands here.
  let fetching = false;
  let again = false;
  function refresh() {
    if (fetching) {
      again = true;
      return;
    }
    fetching = true;
    const request = new XMLHttpRequest();
    request.open('GET', location.href);
    request.responseType = 'document';
    request.timeout = 10_000;
    request.onload = () => show(request.responseXML);
    request.onloadend = () => {
      fetching = false;
      if (again) {
        again = false;
        refresh();
      }
    };
    request.send();
  }

  function show(fresh) {
    const there = fresh?.getElementById('live');
    const here = byId('live');
    if (there == null || here == null) return;
    if (fresh.body.dataset.build !== build) {
      location.reload();
      return;
    }
    if (body.dataset.typing === 'yes') {
      announce.textContent = announce.dataset.later;
      return;
    }
    const changed = there.innerHTML !== here.innerHTML;
    if (changed) {
      const focused = document.activeElement?.id;
      const typed = byId('q')?.value;
      here.replaceChildren(...[...there.childNodes].map((node) => document.adoptNode(node)));
      const search = byId('q');
      if (search !== null && typed !== undefined) search.value = typed;
      if (focused) byId(focused)?.focus({ preventScroll: true });
      announce.textContent = announce.dataset.updated;
    }
    here.dataset.render = there.dataset.render;
    goodUntil = performance.now() + Number(there.dataset.goodFor);
    if (changed) beat();
  }

  // Proof of display: a beat is drawn only if the browser drew a frame for it.
  let asleep = false;
  function beat() {
    let answered = false;
    const say = (drawn) => {
      if (answered) return;
      answered = true;
      const about = JSON.stringify({ render: byId('live').dataset.render, drawn });
      fetch('/heartbeat', {
        method: 'POST',
        body: about,
        headers: { 'content-type': 'application/json' },
      }).then(
        ({ status }) => {
          alive();
          // This rendering is not known any more, as after a restart of the agent.
          if (status === 410) refresh();
        },
        () => gone(),
      );
    };
    const visible = document.visibilityState === 'visible' && !asleep;
    if (!visible) say(false);
    else {
      requestAnimationFrame(() => requestAnimationFrame(() => say(true)));
      setTimeout(() => say(false), BEAT_MS / 2);
    }
  }

  // The agent: while it does not answer, the page says since when, and shows nothing that may have expired.
  let aliveAt = new Date();
  const notice = byId('gone');
  function alive() {
    aliveAt = new Date();
    if (byId('live').hidden) location.reload();
    else if (!notice.hidden) {
      notice.hidden = true;
      refresh();
    }
  }
  function gone() {
    const shown = byId('live');
    if (!shown.hidden && performance.now() >= goodUntil) {
      shown.hidden = true;
      notice.hidden = false;
      notice.textContent = notice.dataset.expired;
    }
    if (!notice.hidden) return;
    notice.textContent = notice.dataset.text.replace('{n}', timeOf(aliveAt));
    notice.hidden = false;
  }

  const live = new EventSource('/live');
  live.addEventListener('hello', ({ data }) => {
    if (data !== build) location.reload();
    else refresh();
  });
  live.addEventListener('change', refresh);
  live.addEventListener('receipt', () => {
    if (byId('receipt-number') !== null) refresh();
  });
  live.addEventListener('sleep', () => sleep(true));
  live.addEventListener('wake', () => {
    sleep(false);
    touched();
  });

  function sleep(now) {
    if (asleep === now) return;
    asleep = now;
    body.classList.toggle('asleep', now);
    beat();
  }

  // Nobody there: first a question, then back to the first page, without anything of the last visitor.
  const isStart = body.dataset.first === 'yes' && location.search === '';
  const dialog = byId('idle');
  const about = byId('idle-about');
  let touchedAt = performance.now();
  function touched() {
    touchedAt = performance.now();
    if (dialog.open) dialog.close();
  }
  for (const event of ['pointerdown', 'keydown', 'wheel', 'touchmove']) {
    addEventListener(
      event,
      () => {
        if (asleep) sleep(false);
        // A question that went away under the finger would let the touch through to what lies beneath.
        if (!dialog.open) touched();
      },
      { passive: true, capture: true },
    );
  }
  // A click beside the question is one on the dialog as well.
  dialog.addEventListener('click', touched);
  dialog.addEventListener('cancel', touched);
  function lookAtIdle() {
    if (isStart) return;
    const leftMs = Number(idleMs) - (performance.now() - touchedAt);
    if (leftMs <= 0) {
      location.replace(start);
      return;
    }
    if (leftMs > Math.min(WARN_MS, Number(idleMs) / 2)) return;
    about.textContent = about.dataset.text.replace('{n}', String(Math.ceil(leftMs / 1000)));
    if (!dialog.open) dialog.showModal();
  }

  // The clock, in the time of Beijing like everything that is written.
  const clock = byId('now');
  const formats = {};
  function timeOf(date) {
    formats.time ??= new Intl.DateTimeFormat('en-GB', {
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
      timeZone: 'Asia/Shanghai',
    });
    return formats.time.format(date);
  }
  function tell() {
    const text = timeOf(new Date());
    if (clock.textContent !== text) clock.textContent = text;
  }

  // A kiosk is no browser to play with: pictures and links are not dragged out of it, and a pinch does not lose the page.
  for (const event of ['contextmenu', 'dragstart', 'gesturestart']) {
    addEventListener(event, (happened) => happened.preventDefault());
  }
  // Nor does a link open beside the page, in a window or a tab that a browser would show with its address bar.
  addEventListener('auxclick', (happened) => happened.preventDefault(), true);
  addEventListener(
    'click',
    (happened) => {
      const { shiftKey, ctrlKey, altKey, metaKey } = happened;
      if (shiftKey || ctrlKey || altKey || metaKey) happened.preventDefault();
    },
    true,
  );
  // The same of keys: what writes and moves about works, what a browser does with all others does not.
  const moving = [
    'Enter',
    'Escape',
    'Backspace',
    'Delete',
    'Tab',
    'Home',
    'End',
    'PageUp',
    'PageDown',
    'Process',
  ];
  addEventListener(
    'keydown',
    (pressed) => {
      const { key, ctrlKey, altKey, metaKey } = pressed;
      const isPlain = key.length === 1 || key.startsWith('Arrow') || moving.includes(key);
      if (!isPlain || ctrlKey || altKey || metaKey) pressed.preventDefault();
    },
    true,
  );
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !dialog.open && body.dataset.first !== 'yes') location.assign(home);
  });

  setInterval(beat, BEAT_MS);
  setInterval(() => {
    tell();
    lookAtIdle();
  }, 500);
  beat();
})();
