/** One cache of GET answers for the page and for code outside React. */
import { QueryClient } from "@tanstack/react-query";
import { worthRetrying } from "./queries";

export const queryClient = new QueryClient({
  defaultOptions: { queries: { retry: worthRetrying, refetchOnWindowFocus: false, networkMode: "always" } },
});
