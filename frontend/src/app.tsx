import { RouterProvider } from "@tanstack/react-router"
import { router } from "./routes"
import { show } from "./show"

/** The frame stays until the page itself can stand in its place. */
void router.load().then(() => show(<RouterProvider router={router} />))
