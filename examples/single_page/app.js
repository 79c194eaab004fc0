const element = (id) => document.getElementById(id);

// Calls the API. When the session has ended, `login_url` in the answer leads to the sign-in.
async function call(path, options = {}) {
  const response = await fetch(path, { headers: { "content-type": "application/json" }, ...options });
  if (response.status === 401) {
    const { login_url: loginUrl } = await response.json();
    location.assign(loginUrl.split("?")[0] + "?post_sign_in_url=" + encodeURIComponent(location.pathname));
    return new Promise(() => {}); // The page is about to go away.
  }
  if (!response.ok) throw new Error((await response.json()).title);
  return response.json();
}

function show(tasks) {
  const items = tasks.map((task) => Object.assign(document.createElement("li"), { textContent: task }));
  element("tasks").replaceChildren(...items);
}

element("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { task } = event.target.elements;
  show(await call("/api/tasks", { method: "POST", body: JSON.stringify(task.value) }));
  task.value = "";
});

const { name } = await call("/api/me");
element("user").textContent = "Signed in as " + name;
element("add").hidden = element("sign-out").hidden = false;
show(await call("/api/tasks"));
