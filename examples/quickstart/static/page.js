import { request } from "/request.js";

const signIn = document.querySelector("#sign-in");
const signedIn = document.querySelector("#signed-in");
const message = document.querySelector("#message");

// Asks the server, who knows best, and shows the form or the name.
async function show() {
  const answer = await request("/me");
  const name = answer.ok ? await answer.text() : "";
  document.querySelector("#name").textContent = name;
  signedIn.hidden = !answer.ok;
  signIn.hidden = answer.ok;
}

signIn.addEventListener("submit", async (event) => {
  event.preventDefault();
  // Not `request`: a wrong password is a 401 that no refresh can mend.
  const answer = await fetch("/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(Object.fromEntries(new FormData(signIn))),
  });
  message.textContent = answer.ok ? "" : "Name or password is wrong.";
  await show();
});

const signOut = document.querySelector("#sign-out");
signOut.addEventListener("click", async () => {
  await request("/session/sign-out", { method: "POST" });
  await show();
});

await show();
