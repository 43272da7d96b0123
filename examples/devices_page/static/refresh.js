// With JavaScript nobody has to click on "Continue".
document.querySelector("form").requestSubmit();
