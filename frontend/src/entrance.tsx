import { Invitation } from "./pages/login/Invitation"
import { Login } from "./pages/login/Login"
import { show } from "./show"

/** The pages before the desk: signing in, and choosing a password with an invitation. */
const [, first, token] = location.pathname.split("/")

show(first === "invitation" && token ? <Invitation token={decodeURIComponent(token)} /> : <Login />)
