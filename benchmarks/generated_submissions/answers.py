"""Answers to the questions of `worksheet.md`: right ones in many styles, every classic mistake, every kind of failure.

Each wrong answer says what a fair teacher finds: the statuses that are right to give, what is found in a word, and the
share of the points that the rest of the answer still earns.
"""

from dataclasses import dataclass, field, replace

RIGHT = frozenset({"agrees", "proved"})
WRONG = frozenset({"refuted"})
NO_ANSWER = frozenset({"unreadable"})
PERSON = frozenset({"undecided"})


@dataclass(frozen=True)
class Answer:
    """An answer to one question, and what has to be said of it.

    Attributes
    ----------
    question, name, source :
        To what, which one, and its text.
    group :
        "right", "mistake", "failure" or "convention".
    statuses :
        Those that are right to give.
    findings :
        The words that are right to say; any word if empty.
    share :
        Of the points: lowest and highest.
    mistake :
        The name that it has to be given; "" for what is no classic mistake.
    """

    question: str
    name: str
    source: str
    group: str = "right"
    statuses: frozenset[str] = RIGHT
    findings: frozenset[str] = field(default_factory=frozenset)
    share: tuple[float, float] = (1.0, 1.0)
    mistake: str = ""


# -- the sigmoid -------------------------------------------------------------------------------------------------------

SIGMOID_STYLES = {
    "with the absolute value": """
def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_grad(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2
""",
    "as in the textbook": """
def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def sigmoid_grad(x):
    s = sigmoid(x)
    return s * (1 - s)
""",
    "lambdas": """
sigmoid = lambda x: 1.0/(1.0+np.exp(-x))
sigmoid_grad = lambda x: sigmoid(x)*sigmoid(-x)
""",
    "by tanh": """
def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))
def sigmoid_grad(x):
    return 0.25 / np.cosh(np.clip(x, -1000, 1000) / 2) ** 2
""",
    "scipy": """
from scipy.special import expit

def sigmoid(x: np.ndarray) -> np.ndarray:
    "The logistic function."
    return expit(x)

def sigmoid_grad(x: np.ndarray) -> np.ndarray:
    '''Its derivative.'''
    return expit(x) * expit(-x)
""",
    "np.vectorize": """
import math

def sigmoid(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))

sigmoid = np.vectorize(sigmoid, otypes=[float])

@np.vectorize
def sigmoid_grad(x):
    return math.exp(-abs(x)) / (1 + math.exp(-abs(x)))**2
""",
    "masks on a copy": """
def sigmoid(x):
    x = np.array(x, dtype=float)
    positive = x >= 0
    out = np.empty_like(x)
    out[positive] = 1/(1+np.exp(-x[positive]))
    small = np.exp(x[~positive])
    out[~positive] = small/(1+small)
    return out

def sigmoid_grad(z):
    return sigmoid(z)*sigmoid(-np.asarray(z))
""",
    "last definition wins": """
def sigmoid(x):
    return x

def sigmoid_grad(x):
    return 1

def sigmoid(x):
    return 1/(1 + np.exp(-x))

def sigmoid_grad(x):
    return sigmoid(x) - sigmoid(x)**2
""",
    "a helper and a constant": """
ONE = 1.0

def _logistic(t):
    return ONE / (ONE + np.exp(-t))

def sigmoid(x):
    return _logistic(x)

def sigmoid_grad(x):
    return _logistic(x) * (ONE - _logistic(x))
""",
    "another spelling of the gradient": """
def sigmoid(x):
    return 1/(1+np.exp(-x))

def d_sigmoid(x):
    return sigmoid(x)*(1-sigmoid(x))
""",
    "a static method bound to a name": """
class Sigmoid:
    @staticmethod
    def value(x):
        return 1/(1+np.exp(-x))
    @staticmethod
    def slope(x):
        return Sigmoid.value(x)*(1-Sigmoid.value(x))

sigmoid = Sigmoid.value
sigmoid_grad = Sigmoid.slope
""",
}

_SIGMOID = "def sigmoid(x):\n    return 1/(1+np.exp(-x))\n\n"

SIGMOID_MISTAKES = {
    "the sign of the derivative": "return -sigmoid(x)*(1-sigmoid(x))",
    "a plus in the bracket": "return sigmoid(x)*(1+sigmoid(x))",
    "the second factor forgotten": "return sigmoid(x)",
    "the first factor forgotten": "return 1-sigmoid(x)",
    "the formula of the output, used on the input": "return x*(1-x)",
    "a factor 2": "return 2*sigmoid(x)*(1-sigmoid(x))",
    "the square forgotten": "return np.exp(-x)/(1+np.exp(-x))",
    "one part in a thousand": "return 1.001*sigmoid(x)*(1-sigmoid(x))",
    "a difference quotient that is too coarse": "return (sigmoid(x+0.5)-sigmoid(x-0.5))/1.0",
}

# -- ReLU --------------------------------------------------------------------------------------------------------------

RELU_STYLES = {
    "np.maximum": (
        "def relu(x):\n    return np.maximum(0, x)\n\ndef relu_grad(x):\n    return np.where(x > 0, 1.0, 0.0)\n"
    ),
    "a product with a mask": (
        "def relu(x):\n    return x*(x>0)\n\ndef relu_grad(x):\n    return (x > 0).astype(float)\n"
    ),
    "half the sum": "def relu(x):\n    return (x+abs(x))/2\n\ndef relu_grad(x):\n    return (np.sign(x)+1)/2\n",
    "one at zero": "def relu(x):\n    return np.clip(x, 0, None)\n\ndef relu_grad(x):\n    return 1*(x >= 0)\n",
    "booleans": "def relu(x):\n    return np.where(x>0,x,0)\n\ndef relu_grad(x):\n    return x > 0\n",
    "on a copy": (
        "def relu(x):\n    y = x.copy()\n    y[y<0] = 0\n    return y\n\n"
        "def relu_grad(x):\n    g = np.zeros_like(x, dtype=float)\n    g[x>0] = 1\n    return g\n"
    ),
    "np.heaviside": "def relu(x):\n    return np.fmax(x, 0)\n\ndef relu_grad(x):\n    return np.heaviside(x, 0.5)\n",
}

RELU_MISTAKES = {
    "the function for its derivative": "return np.maximum(0, x)",
    "ones everywhere": "return np.ones_like(x)",
    "the wrong side": "return (x < 0).astype(float)",
    "the sign": "return np.sign(x)",
    "a leak": "return np.where(x > 0, 1.0, 0.01)",
}

# -- cross-entropy -----------------------------------------------------------------------------------------------------

BCE_STYLES = {
    "one line": """
def bce_loss(y, y_hat):
    return -(y*np.log(y_hat) + (1-y)*np.log(1-y_hat))

def bce_loss_grad(y, y_hat):
    return (y_hat-y)/(y_hat*(1-y_hat))
""",
    "two terms": """
def bce_loss(y, y_hat):
    return -y*np.log(y_hat) - (1-y)*np.log1p(-y_hat)

def bce_loss_grad(y, y_hat):
    return -y/y_hat + (1-y)/(1-y_hat)
""",
    "np.where on the label": """
def bce_loss(y, y_hat):
    return np.where(y == 1, -np.log(y_hat), -np.log(1 - y_hat))

def bce_loss_grad(y, y_hat):
    return np.where(y == 1, -1/y_hat, 1/(1 - y_hat))
""",
    "scipy": """
from scipy import special

def bce_loss(y, y_hat):
    return -special.xlogy(y, y_hat) - special.xlog1py(1-y, -y_hat)

def bce_loss_grad(y, y_hat):
    return -(y - y_hat)/(y_hat - y_hat**2)
""",
}

_BCE = "def bce_loss(y, y_hat):\n    return -(y*np.log(y_hat)+(1-y)*np.log(1-y_hat))\n\n"

BCE_MISTAKES = {
    "the sign of the gradient": "return y/y_hat - (1-y)/(1-y_hat)",
    "the gradient behind the sigmoid": "return y_hat - y",
    "the inner derivative forgotten": "return -y/y_hat - (1-y)/(1-y_hat)",
    "the second term forgotten": "return -y/y_hat",
    "the mean": "return (y_hat-y)/(y_hat*(1-y_hat))/y.size",
    "the denominator's sign": "return (y_hat-y)/(y_hat*(1+y_hat))",
}

# -- the linear layer --------------------------------------------------------------------------------------------------

_INIT = """class Linear:
    def __init__(self, n_in, n_out, rng=None):
        rng = np.random.default_rng(12345) if rng is None else rng
        self.W = rng.normal(size=(n_in, n_out))
        self.b = np.zeros(n_out)

"""


def _linear(forward: str, backward: str) -> str:
    return f"{_INIT}    def forward(self, x):\n        {forward}\n\n    def backward(self, x, dy):\n" + "".join(
        f"        {line}\n" for line in backward.split("\n")
    )


LINEAR_STYLES = {
    "matrices": _linear(
        "return x @ self.W + self.b", "self.dW = x.T @ dy\nself.db = dy.sum(axis=0)\nreturn dy @ self.W.T"
    ),
    "einsum": _linear(
        "return np.einsum('bn,nm->bm', x, self.W) + self.b[None]",
        "self.dW = np.einsum('bn,bm->nm', x, dy)\nself.db = np.einsum('bm->m', dy)\n"
        "return np.einsum('bm,nm->bn', dy, self.W)",
    ),
    "np.dot and ones": _linear(
        "return np.dot(x, self.W) + np.ones((len(x), 1)) @ self.b.reshape(1, -1)",
        "self.dW = np.dot(x.transpose(), dy)\nself.db = np.ones(len(dy)) @ dy\nreturn np.dot(dy, self.W.transpose())",
    ),
    "methods put on the class": (
        _INIT.rstrip() + "\n\ndef forward(self, x):\n    return x @ self.W + self.b\n\n"
        "def backward(self, x, dy):\n    self.dW, self.db = x.T @ dy, np.sum(dy, 0)\n    return dy @ self.W.T\n\n"
        "Linear.forward = forward\nLinear.backward = backward\n"
    ),
    "a base class": (
        "class Layer:\n    def __init__(self):\n        self.grads = {}\n\n"
        + _linear(
            "return np.add(x @ self.W, self.b)",
            "self.dW = x.T.dot(dy)\nself.db = np.add.reduce(dy, axis=0)\nreturn (self.W @ dy.T).T",
        ).replace("class Linear:", "class Linear(Layer):")
    ),
}

LINEAR_MISTAKES = {
    "the mean over the batch for the bias": _linear(
        "return x @ self.W + self.b", "self.dW = x.T @ dy\nself.db = dy.mean(axis=0)\nreturn dy @ self.W.T"
    ),
    "the upstream gradient not used": _linear(
        "return x @ self.W + self.b",
        "self.dW = x.T @ np.ones_like(dy)\nself.db = np.ones_like(dy).sum(axis=0)\nreturn np.ones_like(dy) @ self.W.T",
    ),
    "the bias forgotten in the forward pass": _linear(
        "return x @ self.W", "self.dW = x.T @ dy\nself.db = dy.sum(axis=0)\nreturn dy @ self.W.T"
    ),
    "the signs of the gradients": _linear(
        "return x @ self.W + self.b", "self.dW = -x.T @ dy\nself.db = -dy.sum(axis=0)\nreturn -dy @ self.W.T"
    ),
    "a factor 2 in dW": _linear(
        "return x @ self.W + self.b", "self.dW = 2 * x.T @ dy\nself.db = dy.sum(axis=0)\nreturn dy @ self.W.T"
    ),
    "the absolute value of x": _linear(
        "return x @ self.W + self.b", "self.dW = abs(x).T @ dy\nself.db = dy.sum(axis=0)\nreturn dy @ self.W.T"
    ),
}
_LINEAR_SHARE = {
    "the upstream gradient not used": (0.25, 0.25),
    "the signs of the gradients": (0.25, 0.25),
}

MISTAKE_NAMES = {
    "sigmoid-code": {
        "the sign of the derivative": "inner derivative of e^(-x) forgotten (sign)",
        "a plus in the bracket": "sign inside the bracket",
        "the second factor forgotten": "the function instead of its derivative",
        "the first factor forgotten": "factor sigma(x) forgotten",
        "the formula of the output, used on the input": "output formula used on the input",
        "a factor 2": "a factor 1/2 is forgotten",
        "the square forgotten": "factor sigma(x) forgotten",  # which leaves the same
        "a number for an array": "it is summed over axis 0",
    },
    "relu-code": {
        "the function for its derivative": "the function instead of its derivative",
        "ones everywhere": "slope 1 everywhere",
        "the wrong side": "mask the wrong way round",
        "the sign": "slope -1 for negative inputs",
    },
    "bce-code": {
        "the sign of the gradient": "sign",
        "the gradient behind the sigmoid": "derivative by the logit instead of the prediction",
        "the inner derivative forgotten": "inner derivative of 1 - y_hat forgotten (sign)",
        "the second term forgotten": "second term forgotten",
    },
    "linear-class": {
        "the mean over the batch for the bias": "the mean over the batch for the sum",
        "the upstream gradient not used": "the upstream gradient is not used",
        "the bias forgotten in the forward pass": "b is left out",
        "the signs of the gradients": "the sign is wrong",
        "a factor 2 in dW": "a factor 1/2 is forgotten",
        "the sum over the wrong axis": "the sum goes over the wrong axis",
    },
    "sigmoid-derivative": {
        "a plus in the bracket": "sign",
        "the sign": "sign",
        "the second factor forgotten": "sigma for sigma'",
        "the square forgotten": "power rule",
        "a factor 2": "factor 2",
    },
    "parameter-count": {"the biases forgotten": "the biases forgotten"},
}
"""For each question and mistake the name that a teacher would give it."""

# -- what is written or chosen -----------------------------------------------------------------------------------------

FORMULA_STYLES = {
    "by the sigmoid": r"\sigma(x)\,(1 - \sigma(x))",
    "by exponentials": r"\frac{e^{-x}}{(1 + e^{-x})^2}",
    "multiplied out": r"\sigma(x) - \sigma(x)^2",
    "by its mirror image": r"\sigma(x)\sigma(-x)",
    "by the hyperbolic cosine": r"\frac{1}{2 + 2\cosh(x)}",
    "plain typing": "e^x/(1+e^x)^2",
}
FORMULA_MISTAKES = {
    "a plus in the bracket": r"\sigma(x)\,(1 + \sigma(x))",
    "the sign": r"-\frac{e^{-x}}{(1 + e^{-x})^2}",
    "the second factor forgotten": r"\sigma(x)",
    "the square forgotten": r"\frac{e^{-x}}{1 + e^{-x}}",
    "a factor 2": r"2\sigma(x)(1-\sigma(x))",
}
NUMBER_STYLES = {
    "the number": "parameter_count = 2410",
    "a product": "parameter_count = 64*32 + 32 + 32*10 + 10",
    "computed": "sizes = [64, 32, 10]\nparameter_count = sum(a*b + b for a, b in zip(sizes, sizes[1:]))",
    "a float": "parameter_count = 2410.0",
}
CHOICE_STYLES = {"a letter": 'output_activation = "b"', "a capital": 'output_activation = "B"'}
TEXTS = {
    "one sentence": "The sigmoid saturates: it approaches 0 and 1 exponentially.",
    "with a formula": r"Because $\sigma'(x) = \sigma(x)(1-\sigma(x))$ and one factor tends to 0 like $e^{-|x|}$.",
}

# -- failures of each kind ---------------------------------------------------------------------------------------------

GRADIENT_FAILURES: dict[str, tuple[str, frozenset[str], str]] = {
    "a forgotten return": ("sigmoid(x)*(1-sigmoid(x))", NO_ANSWER, "returns nothing"),
    "pass": ("pass", NO_ANSWER, ""),
    "NotImplementedError": ("raise NotImplementedError", NO_ANSWER, "not written yet"),
    "an ellipsis": ("...", NO_ANSWER, ""),
    "a number for an array": ("return np.sum(sigmoid(x)*(1-sigmoid(x)))", NO_ANSWER, "classic mistake"),
    "a column for a vector": ("return (sigmoid(x)*(1-sigmoid(x)))[..., None]", NO_ANSWER | RIGHT, ""),
    "a matrix for a vector": ("return np.outer(sigmoid(x), 1-sigmoid(x))", NO_ANSWER, "wrong shape"),
    "a text": ("return 'sigma(x)*(1-sigma(x))'", NO_ANSWER, "no numbers"),
    "a list of texts": ("return ['a']*len(x)", NO_ANSWER, "no numbers"),
    "nan": ("return 0*x/0", NO_ANSWER | WRONG, ""),
    "a name that is not there": ("return sigmoyd(x)*(1-sigmoid(x))", NO_ANSWER, "raises an error"),
    "an index too far": ("return x[10**6]", NO_ANSWER, "raises an error"),
    "an assertion": ("assert False, 'todo'", NO_ANSWER, "raises an error"),
    "it ends the process": ("import sys; sys.exit(0)", NO_ANSWER | PERSON, ""),
    "it kills its process": ("import os; os._exit(0)", NO_ANSWER | PERSON, ""),
    "it recurses for ever": ("return sigmoid_grad(x)", NO_ANSWER | PERSON, ""),
    "it asks a question": ("return float(input('derivative? '))", NO_ANSWER | PERSON, ""),
    "it reads a file that is not there": ("return np.load('gradient.npy')", NO_ANSWER | PERSON, ""),
    "it needs a module that is not there": (
        "import frobnicate\n    return frobnicate.slope(x)",
        NO_ANSWER | PERSON,
        "",
    ),
    "right to four digits": ("return 1.0001*sigmoid(x)*(1-sigmoid(x))", PERSON, "nearly right"),
    "it is random": ("return np.random.rand(*np.shape(x))", WRONG, ""),
    "it takes another argument": ("return x*y", NO_ANSWER | WRONG, ""),
}
"""The body of sigmoid_grad, the statuses that are right, and the finding."""

LOOP_FAILURE = "while True:\n        pass"
"""Kept apart: it costs the whole time limit of a call."""


def answers() -> list[Answer]:
    """Return all answers, right ones first."""
    found = [
        *(Answer("sigmoid-code", name, source) for name, source in SIGMOID_STYLES.items()),
        *(Answer("relu-code", name, source) for name, source in RELU_STYLES.items()),
        *(Answer("bce-code", name, source) for name, source in BCE_STYLES.items()),
        *(Answer("linear-class", name, source) for name, source in LINEAR_STYLES.items()),
        *(Answer("sigmoid-derivative", name, _formula(text)) for name, text in FORMULA_STYLES.items()),
        *(Answer("parameter-count", name, source) for name, source in NUMBER_STYLES.items()),
        *(Answer("output-activation", name, source) for name, source in CHOICE_STYLES.items()),
        *(Answer("discussion", name, text, statuses=PERSON, share=(0, 0)) for name, text in TEXTS.items()),
    ]
    found += _mistakes()
    found += _failures()
    return [replace(one, mistake=MISTAKE_NAMES.get(one.question, {}).get(one.name, "")) for one in found]


def _mistakes() -> list[Answer]:
    half = (0.5, 0.5)
    code = [
        ("sigmoid-code", _SIGMOID, "sigmoid_grad(x)", SIGMOID_MISTAKES),
        ("relu-code", "def relu(x):\n    return np.maximum(0, x)\n\n", "relu_grad(x)", RELU_MISTAKES),
        ("bce-code", _BCE, "bce_loss_grad(y, y_hat)", BCE_MISTAKES),
    ]
    found = [
        Answer(question, name, f"{before}def {signature}:\n    {body}\n", "mistake", WRONG, share=half)
        for question, before, signature, bodies in code
        for name, body in bodies.items()
    ]
    found += [
        Answer("linear-class", name, source, "mistake", WRONG, share=_LINEAR_SHARE.get(name, (0.75, 0.75)))
        for name, source in LINEAR_MISTAKES.items()
    ]
    found += [
        Answer("sigmoid-derivative", name, _formula(text), "mistake", WRONG, share=(0, 0))
        for name, text in FORMULA_MISTAKES.items()
    ]
    found.append(
        Answer("parameter-count", "the biases forgotten", "parameter_count = 2368", "mistake", WRONG, share=(0, 0))
    )
    found.append(
        Answer("output-activation", "the wrong letter", 'output_activation = "a"', "mistake", WRONG, share=(0, 0))
    )
    return found


def _failures() -> list[Answer]:
    half = (0.5, 0.5)

    def failure(question: str, name: str, source: str, statuses: frozenset[str], finding: str = "") -> Answer:
        words = frozenset({finding}) if finding else frozenset()
        share = (0.5, 1.0) if statuses >= RIGHT else half  # a shape apart from what was asked for may be accepted
        return Answer(question, name, source, "failure", statuses, words, share)

    found = [
        failure("sigmoid-code", name, f"{_SIGMOID}def sigmoid_grad(x):\n    {body}\n", statuses, finding)
        for name, (body, statuses, finding) in GRADIENT_FAILURES.items()
    ]
    found.append(
        failure(
            "sigmoid-code", "it never ends", f"{_SIGMOID}def sigmoid_grad(x):\n    {LOOP_FAILURE}\n", PERSON | NO_ANSWER
        )
    )
    found.append(failure("sigmoid-code", "one function is missing", _SIGMOID, NO_ANSWER, "missing"))
    right = "def relu(x):\n    return np.maximum(0, x)\n\n"
    found += [
        Answer("relu-code", "nothing was written", "# your answer", "failure", NO_ANSWER, share=(0, 0)),
        Answer(
            "relu-code",
            "an error of syntax",
            f"{right}def relu_grad(x)\n    return x > 0\n",
            "failure",
            NO_ANSWER,
            share=(0, 0.5),
        ),
        Answer(
            "relu-code",
            "Python 2",
            "def relu(x):\n    print 'relu', x\n    return np.maximum(0, x)\n\ndef relu_grad(x):\n    return x > 0\n",
            "failure",
            NO_ANSWER,
            share=(0, 0.5),
        ),
        Answer(
            "relu-code",
            "tabs and spaces mixed",
            f"{right}def relu_grad(x):\n\tif True:\n        return x > 0\n",
            "failure",
            NO_ANSWER,
            share=(0, 0.5),
        ),
        Answer(
            "relu-code",
            "it changes its input",
            "def relu(x):\n    x[x < 0] = 0\n    return x\n\n"
            "def relu_grad(x):\n    x[x <= 0] = 0\n    x[x > 0] = 1\n    return x\n",
            "failure",
            RIGHT,
            share=(0.5, 1),
        ),
        Answer(
            "relu-code",
            "a loop over the entries",
            "def relu(x):\n    return np.array([max(0.0, v) for v in x.ravel()]).reshape(x.shape)\n\n"
            "def relu_grad(x):\n    return np.array([1.0 if v > 0 else 0.0 for v in x.ravel()]).reshape(x.shape)\n",
            "failure",
            RIGHT,
            share=(0.5, 1),
        ),
        Answer(
            "sigmoid-code",
            "unstable: infinity by infinity",
            "def sigmoid(x):\n    return np.exp(x)/(1+np.exp(x))\n\n"
            "def sigmoid_grad(x):\n    return np.exp(x)/(1+np.exp(x))**2\n",
            "failure",
            RIGHT | NO_ANSWER | WRONG | PERSON,
            share=(0, 1),
        ),
        Answer(
            "linear-class",
            "the matrix not transposed",
            _linear("return x @ self.W + self.b", "self.dW = x.T @ dy\nself.db = dy.sum(axis=0)\nreturn dy @ self.W"),
            "failure",
            NO_ANSWER,
            share=(0.75, 0.75),
        ),
        Answer(
            "linear-class",
            "db is never set",
            _linear("return x @ self.W + self.b", "self.dW = x.T @ dy\nreturn dy @ self.W.T"),
            "failure",
            NO_ANSWER,
            share=(0.75, 0.75),
        ),
        Answer(
            "linear-class",
            "the sum over the wrong axis",
            _linear("return x @ self.W + self.b", "self.dW = x.T @ dy\nself.db = dy.sum(axis=1)\nreturn dy @ self.W.T"),
            "failure",
            NO_ANSWER | WRONG,
            share=(0.75, 0.75),
        ),
        Answer("linear-class", "the class is missing", "print('later')", "failure", NO_ANSWER, share=(0, 0)),
        Answer(
            "sigmoid-derivative", "a bracket that is never closed", _formula(r"\sigma(x)(1 - \sigma(x)"), "failure",
            NO_ANSWER, share=(0, 0),
        ),
        Answer(
            "sigmoid-derivative", "the question mark is still there", _formula(r"\text{?}"), "failure", NO_ANSWER,
            share=(0, 0),
        ),
        Answer("parameter-count", "no number", "parameter_count = ...", "failure", NO_ANSWER, share=(0, 0)),
        Answer("parameter-count", "a text", "parameter_count = 'many'", "failure", NO_ANSWER | WRONG, share=(0, 0)),
        Answer("output-activation", "no choice", "output_activation = ...", "failure", NO_ANSWER, share=(0, 0)),
        Answer(
            "output-activation", "an option that is not there", 'output_activation = "z"', "failure",
            NO_ANSWER | WRONG, share=(0, 0),
        ),
        Answer("discussion", "nothing", "*Your answer:*", "failure", NO_ANSWER, share=(0, 0)),
    ]  # fmt: skip
    return found


def _formula(text: str) -> str:
    return f"*Your answer:*\n\n$$\\frac{{\\partial \\sigma}}{{\\partial x}} = {text}$$"
