// The recorder's own page: looks again every second, and exports what a button names. Without it the page shows what was when it was opened.

const SECOND_MS = 1000;
const PICTURE_MS = 2000;
const RECORDINGS_MS = 5000;
const CHART_MS = 60_000;

const rows = document.querySelector('#status tbody');
const picture = document.querySelector('.picture');
const said = document.querySelector('.said');

function say(text, isFault) {
  said.textContent = text;
  said.classList.toggle('is-fault', isFault);
}

function rowOf([name, value, isAlarm]) {
  const row = document.createElement('tr');
  row.classList.toggle('is-alarm', isAlarm);
  const head = document.createElement('th');
  head.scope = 'row';
  head.textContent = name;
  const cell = document.createElement('td');
  cell.textContent = value;
  row.append(head, cell);
  return row;
}

async function look() {
  try {
    const answer = await fetch('/status.json', { cache: 'no-store' });
    rows.replaceChildren(...(await answer.json()).map(rowOf));
  } catch {
    rows.replaceChildren(rowOf(['', document.body.dataset.gone, true]));
  }
  setTimeout(look, SECOND_MS);
}

function lookAtPicture() {
  const next = () => setTimeout(lookAtPicture, PICTURE_MS);
  picture.onload = next;
  picture.onerror = next;
  picture.src = `/picture.jpg?at=${Date.now()}`;
}

// The page anew, of which only the recordings are taken, and not while one is being exported.
function lookAtRecordings() {
  const request = new XMLHttpRequest();
  request.open('GET', '/');
  // The page's policy forbids to make a document of text.
  request.responseType = 'document';
  request.timeout = 10_000;
  request.onload = () => {
    const fresh = request.responseXML?.querySelector('#kept');
    const kept = document.querySelector('#kept');
    const isBusy = kept.querySelector('button:disabled') !== null;
    if (fresh != null && !isBusy && fresh.innerHTML !== kept.innerHTML) kept.replaceWith(fresh);
  };
  request.onloadend = () => setTimeout(lookAtRecordings, RECORDINGS_MS);
  request.send();
}

document.addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector('button');
  button.disabled = true;
  say('…', false);
  try {
    const answer = await fetch(form.action, { method: 'POST' });
    say(await answer.text(), !answer.ok);
  } catch (error) {
    say(String(error), true);
  }
  button.disabled = false;
});

setInterval(() => {
  for (const chart of document.querySelectorAll('.chart'))
    chart.src = `${chart.src.split('?')[0]}?at=${Date.now()}`;
}, CHART_MS);
look();
lookAtPicture();
setTimeout(lookAtRecordings, RECORDINGS_MS);
