// An open part of the menu closes on Escape, and when somebody clicks or goes on elsewhere.
const open = () => document.querySelectorAll(".bar details[open]");
const leave = (event) => open().forEach((part) => {
  if (!part.contains(event.target)) part.open = false;
});
document.addEventListener("click", leave);
document.addEventListener("focusin", leave);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  open().forEach((part) => {
    part.open = false;
    part.querySelector("summary").focus();
  });
});
