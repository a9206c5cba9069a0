// One user for each service, which may read and write the database of this service only. Runs at every start.
const root = process.env.MONGO_PASSWORD;

function isRoot() {
  try {
    return db.auth("root", root).ok === 1;
  } catch (error) {
    if (error.codeName !== "AuthenticationFailed") throw error;
    return false;
  }
}

function awaitPrimary() {
  const deadline = Date.now() + 120_000;
  while (!db.hello().isWritablePrimary) {
    if (Date.now() > deadline) throw new Error("the member did not become primary within 120 s");
    sleep(200);
  }
}

const known = isRoot();
if (!known) {
  // Without any user, MongoDB lets a client of the same machine create the replica set and the first user.
  try {
    rs.initiate({ _id: "baedal", members: [{ _id: 0, host: process.env.MEMBER + ":27017" }] });
  } catch (error) {
    if (error.codeName === "Unauthorized") {
      throw new Error("MongoDB has another password for root than the Secret: write the old password into the Secret");
    }
    if (error.codeName !== "AlreadyInitialized") throw error;
  }
}
awaitPrimary();
if (!known) {
  db.createUser({ user: "root", pwd: root, roles: ["root"] });
  db.auth("root", root);
}

for (const service of ["store", "rider", "mypage"]) {
  const database = db.getSiblingDB("baedal_" + service);
  const user = { pwd: process.env[service.toUpperCase() + "_PASSWORD"], roles: ["readWrite"] };
  if (database.getUser(service)) {
    database.updateUser(service, user);
  } else {
    database.createUser({ user: service, ...user });
  }
}
