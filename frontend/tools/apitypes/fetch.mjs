// Prints the OpenAPI document of a server, as soon as it is ready.
const [url] = process.argv.slice(2);
for (let i = 0; i < 200; i++) {
  const ready = await fetch(`${url}/readyz`).catch(() => undefined);
  if (ready?.ok) break;
  await new Promise((done) => setTimeout(done, 50));
}
const session = await fetch(`${url}/api/v1/session`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ login: 'admin', password: process.env.WEFT_ADMIN_PASSWORD }),
});
const { token } = await session.json();
const document = await fetch(`${url}/api/v1/openapi.json`, { headers: { Authorization: `Bearer ${token}` } });
process.stdout.write(await document.text());
