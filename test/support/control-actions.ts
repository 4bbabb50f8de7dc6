const notAsked = () => Promise.reject(new Error('not asked'));

/** What an agent does when it is asked, where a test asks for none of it. */
export const NOT_ASKED = {
  status: notAsked,
  recordings: notAsked,
  start: notAsked,
  stop: notAsked,
  mark: notAsked,
  check: notAsked,
  exportBundle: notAsked,
};
